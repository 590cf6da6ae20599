# Each target sets up what it needs by itself (.venv*, build/, the Debian libraries when run as root).
.PHONY: help demo demo-conversation demo-drawn test test-fast test-gui test-zip build build-all lock repository bench onnx lint types fuzz ends people clean

DEMO_BPY = 5.0.1
BPY_PYTHON = PYTHONPATH="build/path:$$(echo .venv/lib/python*/site-packages)" .venv-bpy-$(DEMO_BPY)/bin/python

help:
	@echo "make demo      a talking character from docs/demo/speech.wav, into out/demo/"
	@echo "make demo-conversation  two characters, two voices, into out/demo-conversation/"
	@echo "make demo-drawn  five drawn pictures talk, into out/demo-drawn/"
	@echo "make test      every test that needs no window, on every supported Blender"
	@echo "make test-fast what needs no Blender, in under three minutes on two cores"
	@echo "make build     the extension zip of this system with its wheels, into build/; for others EDITION=full,"
	@echo "               PLATFORM=windows-x64, PYTHON=3.13 and so on; make build-all makes every one"
	@echo "make repository  an extension repository of the zips in build/, to be served as it is"
	@echo "make bench     times on this machine, into docs/performance.md"
	@echo "make test-zip  installs that zip into Blenders that have nothing else, without network, and generates"
	@echo "make test-gui  the real Blender 5.2 in a window of its own, with screenshots (SESSIONS=)"
	@echo "make lint      ruff: rules and format; mypy: types"
	@echo "make fuzz      5,000 damaged files a format (COUNT=, ONLY=, SEED=) through every reader"
	@echo "make ends      220 kills and cancels of every work, 100 cancels in one Blender (ROUNDS=)"
	@echo "make people    characters out of packages: a table, and pictures in out/people-sheets/"

demo:
	@.ci/setup debian
	@.ci/setup base
	@.ci/setup bpy $(DEMO_BPY)
	@$(BPY_PYTHON) docs/demo/make_demo.py out/demo

demo-conversation:
	@.ci/setup debian
	@.ci/setup base
	@.ci/setup bpy $(DEMO_BPY)
	@$(BPY_PYTHON) docs/demo/make_conversation.py out/demo-conversation

demo-drawn:
	@.ci/setup debian
	@.ci/setup base
	@.ci/setup bpy $(DEMO_BPY)
	@$(BPY_PYTHON) docs/demo/drawn_sheet.py out/demo-drawn/drawn_faces.jpg 176
	@$(BPY_PYTHON) docs/demo/drawn_film.py out/demo-drawn/drawn_faces.mp4 4

test:
	@.ci/setup base
	@.venv/bin/python .ci/test.py

test-fast:
	@.ci/setup base
	@mkdir -p build/path && ln -sfn ../.. build/path/orator
	@PYTHONPATH=build/path OMP_NUM_THREADS=1 OMP_WAIT_POLICY=passive .venv/bin/python .ci/fast.py

onnx:
	@.ci/setup base
	@.venv/bin/python -m orator.models.training.export_onnx --if-needed

build: onnx
	@.ci/setup bpy 5.0.1
	@.venv/bin/python .ci/build.py $(if $(EDITION),--edition $(EDITION)) $(if $(PLATFORM),--platform $(PLATFORM)) $(if $(PYTHON),--python $(PYTHON))

build-all: onnx
	@.ci/setup bpy 5.0.1
	@.venv/bin/python .ci/build.py --all

repository:
	@.ci/setup bpy 5.0.1
	@.venv/bin/python .ci/repository.py

bench: onnx
	@.ci/setup base
	@.ci/setup bpy 5.0.1
	@.venv/bin/python .ci/bench.py

lock:
	@.ci/setup base
	@.venv/bin/python .ci/lock.py

test-zip:
	@.ci/setup debian
	@.venv/bin/python tests/zip/run.py

test-gui: onnx
	@.ci/setup bpy 5.0.1
	@.venv/bin/python .ci/build.py --python 3.14
	@tests/gui/run $(SESSIONS)

lint:
	@.ci/setup base
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check -q .
	@$(MAKE) --no-print-directory types

types:
	@mkdir -p build/path && ln -sfn ../.. build/path/orator
	@.venv/bin/python .ci/stubs.py
	@MYPYPATH=build/path:build/stubs .venv/bin/mypy -m orator -p orator.core -p orator.models -p orator.operators -p orator.panels

fuzz:
	@.ci/setup base
	@PYTHONPATH=tests OMP_NUM_THREADS=1 .venv/bin/python tests/fuzz/run.py --count $(or $(COUNT),5000) --only "$(ONLY)" --seed $(or $(SEED),0) $(if $(WRITE),--write) 2>/dev/null

ends:
	@.ci/setup debian
	@.ci/setup base
	@.ci/setup bpy $(DEMO_BPY)
	@OMP_NUM_THREADS=1 $(BPY_PYTHON) tests/batch/ends.py --rounds $(or $(ROUNDS),220) --out out/ends --longest 5 $(if $(WRITE),--write)
	@OMP_NUM_THREADS=1 $(BPY_PYTHON) tests/batch/inside.py --rounds $(or $(ROUNDS),100) $(if $(WRITE),--write)

people: demo
	@$(BPY_PYTHON) tests/readback/found.py out/people
	@$(BPY_PYTHON) tests/readback/people.py out/people $(or $(CHARACTERS),$(wildcard ../shared/rigs ../shared/cases/rigs)) --take out/demo/take.npz --sheets out/people-sheets $(if $(WRITE),--write)

clean:
	rm -rf build out .venv .venv-bpy-*
