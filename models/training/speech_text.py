"""Sentences and paragraphs to be spoken: a template grammar with the word classes that gestures follow.

English paragraphs hang together loosely (an opening, a few turns, a close) and are rich in negation, me, you, we,
questions, quantities, contrast, listing, uncertainty, here and there, big and small, and stop. The other languages
have plain sentences; they teach and test phones, not meaning.
"""

from __future__ import annotations

import re
import zlib
from typing import Final

import numpy as np

GRAMMAR: Final[dict[str, tuple[str, ...]]] = {
    "person": tuple(
        "my brother|my sister|the teacher|our neighbour|a young doctor|the old captain|her mother|the driver|"
        "a stranger|the boy|the girl|my boss|the painter|a friend of mine|the baker|his father|the nurse|the singer|"
        "the judge|a farmer|the pilot|the whole team|the manager|that woman|this man|the children|the chef".split("|")
    ),
    "thing": tuple(
        "book|house|table|picture|boat|bridge|garden|river|window|paper|machine|box|camera|coin|chair|cup of tea|"
        "letter|phone|map|pocket watch|plan|project|movie|song|bottle|measure|toy|engine|wooden door|shoe|program|"
        "bag|fish|piano|vision|problem|question|story|village|job|shop|cable|mirror|feather|thumb|cushion|beam|"
        "bubble|puzzle|wave|pool|rope|maple leaf|van|vase|cave|glove|leather belt|treasure|collage".split("|")
    ),
    "things": tuple(
        "apples|books|people|boxes|maps|pictures|months|pieces|shops|voices|bees|cups|games|houses|numbers|pages|"
        "problems|friends|birds|ships|leaves|ways|thoughts|paths|films|coins|buttons|ideas|employees|wheels".split("|")
    ),
    "mass": tuple("time|money|water|music|work|space|help|pressure|love|power|food|paper|fog|trouble|noise".split("|")),
    "big": tuple("big|huge|enormous|massive|wide|long|tall|giant".split("|")),
    "small": tuple("small|tiny|little|thin|short|narrow|minor".split("|")),
    "adj": tuple(
        "good|beautiful|strange|simple|open|broken|heavy|quiet|brave|smooth|warm|expensive|rough|fair|usual|clever|"
        "purple|bright|obvious|royal|thick|vague|fresh|proper|rare|similar|common|final|empty|foolish".split("|")
    ),
    "place": tuple(
        "here|over there|at home|in the office|by the river|on the beach|under the bridge|behind the farm|in Paris|"
        "at the top of the hill|in the middle of the room|outside|upstairs|on the other side|near the church|"
        "above the shop|at the airport|in the museum".split("|")
    ),
    "when": tuple(
        "yesterday|tomorrow|last week|this morning|every evening|a month ago|on Monday|in the summer|at five o'clock|"
        "after the meeting|before breakfast|years ago|now and then|from time to time|in the beginning".split("|")
    ),
    "did": tuple(
        "bought|found|moved|opened|painted|pushed|carried|built|forgot|loved|wanted|showed me|made|brought|fixed|"
        "watched|described|measured|threw away|gave us|kept|improved|destroyed|chose|placed|shaped|wrapped".split("|")
    ),
    "do": tuple(
        "buy|find|move|open|paint|push|carry|build|forget|love|see|show you|make|bring|fix|watch|describe|measure|"
        "give you|keep|improve|choose|place|share|wrap|prove|solve|enjoy|explain|believe in".split("|")
    ),
    "know": tuple("I think|I guess|I believe|I feel|I hope|I suppose|we know|they say|people say|I imagine".split("|")),
    "maybe": tuple("maybe|perhaps|probably|I am not sure, but|who knows, maybe|possibly|it depends, but".split("|")),
    "number": tuple(
        "two|three|four|five|six|seven|ten|twelve|twenty|fifty|a hundred|a thousand|a million|a few|several|many|"
        "all of the|most of the|half of the|only a couple of|dozens of".split("|")
    ),
    "how": tuple("very|really|quite|rather|so|too|extremely|pretty|a little bit|absolutely|remarkably".split("|")),
    "open": tuple(
        "Let me tell you about {person}.|So, this is what happened {when}.|I want to show you something {how} {adj}.|"
        "Have you ever seen a {big} {thing}?|Good morning, everybody.|Okay, listen to me for a moment.|"
        "You know, I have been thinking about this {thing}.|Well, it all began {when} {place}.|"
        "We have a {big} problem with the {thing}.|Hello, and thank you for coming.|"
        "Imagine for a moment that you are {place}.".split("|")
    ),
    "turn": tuple(
        "{person} {did} the {thing} {when}.|I never wanted to {do} the {adj} {thing}.|"
        "No, I don't think that {person} {did} it.|You can't {do} a {thing} without {mass}.|"
        "We need {number} {things} and a lot of {mass}.|There are {number} {things} {place}.|"
        "On the one hand the {thing} is {adj}, but on the other hand it is {how} {adj}.|"
        "First, we {do} the {thing}. Second, we {do} the {things}. And third, we {do} it again.|"
        "{maybe} {person} {did} the {small} {thing} {place}.|{know} that the {thing} is {how} {adj}.|"
        "Why would you {do} a {small} {thing} like that?|What do you {do} with {number} {things}?|"
        "How {big} is this {thing}? It is {how} {big}!|It was a {small} {thing}, not a {big} one.|"
        "Stop! Don't {do} that {thing}.|Please wait, {person} is {place}.|"
        "You and I should {do} something {adj} together.|We all {do} our {things}, and nobody ever says no.|"
        "The {thing} was {place}, and the {things} were {place}.|"
        "I bought a {thing}, a {thing}, and {number} {things}.|Everything, from the {thing} to the {thing}, was {adj}.|"
        "However, {person} said that it was impossible to {do} it.|It goes up and up, and then it falls down.|"
        "Come over here, and look at that {thing} over there.|{person} was {how} {adj}, because the {thing} was {adj}.|"
        "Sometimes it is better to {do} nothing at all.|My {thing} is {how} {adj}, and yours is {adj} too.|"
        "Would you {do} it, if {person} {did} the {thing}?|Nothing, absolutely nothing, was left of the {things}.|"
        "If you ask me, {number} {things} are enough for us.|The more {things} we {do}, the more {mass} we have.|"
        "They came from far away to {do} our {big} {thing}.|Whenever I {do} the {thing}, {person} laughs.|"
        "Either we {do} it now, or {person} will {do} it {when}.|Both of us {did} it, one after the other.|"
        "That is not what I said, and you know it.|Usually, {person} gives me {mass} instead of {things}.|"
        "Between you and me, the {adj} {thing} is {how} {small}.".split("|")
    ),
    "close": tuple(
        "So that is what I think.|Do you understand what I mean?|And that, my friends, is the end of the story.|"
        "What do you think about it?|I hope that we can {do} it together.|Thank you very much.|"
        "We will see what happens {when}.|In short, it is {how} {adj}.|Anyway, that's about it.".split("|")
    ),
}

FOREIGN: Final[dict[str, tuple[str, str]]] = {
    # Each language: openings and continuations; every pair makes a sentence.
    "de": (
        "Gestern Morgen|Am Anfang|In unserem kleinen Dorf|Vor vielen Jahren|Auf dem Berg|Heute Abend|"
        "Meiner Meinung nach|Unter der Brücke|Im Frühling|Manchmal|Zum Beispiel|Nach der Prüfung|Bei schönem Wetter",
        "habe ich ein altes Buch gefunden.|war alles ganz anders.|kaufen wir frisches Brot und Käse.|"
        "möchte meine Mutter über das Wasser sprechen.|gibt es fünf Probleme, aber nur eine Lösung.|"
        "fahren die Leute mit dem Zug nach Hamburg.|ist das Pferd über die Mauer gesprungen.|"
        "glaube ich nicht, dass er kommt.|bauen sie ein großes Haus für die Familie.|hören wir gern Musik im Garten.|"
        "müssen alle Kinder früh aufstehen.|könnte man viel mehr machen, oder?|wurde der Apfel süß und rot.",
    ),
    "fr": (
        "Hier matin|Au début|Dans notre petit village|Il y a longtemps|Sur la montagne|Ce soir|À mon avis|Sous le pont|"
        "Au printemps|Parfois|Par exemple|Après la réunion|Quand il fait beau",
        "j'ai trouvé un vieux livre.|tout était bien différent.|nous achetons du pain et du fromage.|"
        "ma mère voudrait parler de la pluie.|il y a cinq problèmes, mais une seule solution.|"
        "les gens prennent le train pour Bordeaux.|le cheval a sauté par-dessus le mur.|je ne crois pas qu'il vienne.|"
        "ils construisent une grande maison pour la famille.|on écoute de la musique dans le jardin.|"
        "tous les enfants doivent se lever tôt.|on pourrait faire beaucoup mieux, non?|la pomme est rouge et sucrée.",
    ),
    "es": (
        "Ayer por la mañana|Al principio|En nuestro pequeño pueblo|Hace muchos años|En la montaña|Esta noche|"
        "En mi opinión|Debajo del puente|En primavera|A veces|Por ejemplo|Después de la cena|Cuando hace buen tiempo",
        "encontré un libro muy viejo.|todo era bastante diferente.|compramos pan y queso fresco.|"
        "mi madre quiere hablar del agua.|hay cinco problemas, pero una sola solución.|"
        "la gente viaja en tren hasta Barcelona.|el caballo saltó por encima del muro.|no creo que venga nadie.|"
        "construyen una casa grande para la familia.|escuchamos música en el jardín.|"
        "todos los niños tienen que levantarse temprano.|se podría hacer mucho más, ¿verdad?|la manzana es muy dulce.",
    ),
    "it": (
        "Ieri mattina|All'inizio|Nel nostro piccolo paese|Molti anni fa|Sulla montagna|Questa sera|Secondo me|"
        "Sotto il ponte|In primavera|A volte|Per esempio|Dopo la riunione|Quando fa bel tempo",
        "ho trovato un libro molto vecchio.|tutto era abbastanza diverso.|compriamo pane e formaggio fresco.|"
        "mia madre vuole parlare dell'acqua.|ci sono cinque problemi, ma una sola soluzione.|"
        "la gente viaggia in treno fino a Bologna.|il cavallo saltò sopra il muro.|non credo che venga nessuno.|"
        "costruiscono una casa grande per la famiglia.|ascoltiamo la musica in giardino.|"
        "tutti i bambini devono alzarsi presto.|si potrebbe fare molto di più, vero?|la mela diventa dolce e rossa.",
    ),
    "ca": (
        "Ahir al matí|Al principi|Al nostre petit poble|Fa molts anys|A la muntanya|Aquesta nit|Sota el pont|A vegades|"
        "Per exemple|Després del dinar|Quan fa bon temps",
        "vaig trobar un llibre vell.|tot era diferent.|comprem pa i formatge fresc.|la mare vol parlar de l'aigua.|"
        "hi ha cinc problemes i una sola solució.|la gent viatja amb tren.|no crec que vingui ningú.|"
        "escoltem música al jardí.|els nens s'aixequen d'hora.|la poma és vermella i dolça.",
    ),
    "cs": (
        "Včera ráno|Na začátku|V naší malé vesnici|Před mnoha lety|Na hoře|Dnes večer|Podle mého názoru|Pod mostem|"
        "Na jaře|Někdy|Například|Po obědě|Za pěkného počasí",
        "jsem našel starou knihu.|bylo všechno úplně jinak.|kupujeme čerstvý chléb a sýr.|chce matka mluvit o vodě.|"
        "máme pět problémů, ale jedno řešení.|jezdí lidé vlakem do Prahy.|přeskočil kůň přes zeď.|nevěřím, že přijde.|"
        "staví velký dům pro rodinu.|posloucháme hudbu v zahradě.|musí děti brzy vstávat.|je jablko červené a sladké.",
    ),
    "fi": (
        "Eilen aamulla|Alussa|Meidän pienessä kylässä|Monta vuotta sitten|Vuorella|Tänä iltana|Minun mielestäni|"
        "Sillan alla|Keväällä|Joskus|Esimerkiksi|Kokouksen jälkeen|Kauniilla säällä",
        "löysin vanhan kirjan.|kaikki oli aivan toisin.|ostamme tuoretta leipää ja juustoa.|äiti haluaa puhua vedestä.|"
        "meillä on viisi ongelmaa mutta yksi ratkaisu.|ihmiset matkustavat junalla.|hevonen hyppäsi aidan yli.|"
        "en usko, että hän tulee.|he rakentavat suuren talon perheelle.|kuuntelemme musiikkia puutarhassa.|"
        "lapset heräävät aikaisin.|omena on punainen ja makea.",
    ),
    "ru": (
        "Вчера утром|Сначала|В нашей маленькой деревне|Много лет назад|На горе|Сегодня вечером|По моему мнению|"
        "Под мостом|Весной|Иногда|Например|После обеда|В хорошую погоду",
        "я нашёл старую книгу.|всё было совсем по-другому.|мы покупаем свежий хлеб и сыр.|мама хочет говорить о воде.|"
        "у нас пять проблем, но одно решение.|люди едут на поезде в Москву.|лошадь прыгнула через забор.|"
        "я не верю, что он придёт.|они строят большой дом для семьи.|мы слушаем музыку в саду.|"
        "дети должны рано вставать.|яблоко красное и сладкое.",
    ),
}

SLOT: Final = re.compile(r"\{(\w+)\}")


def fold(sentence: str) -> str:
    """'test', 'val' or 'train' for a whole sentence, whatever voice speaks it: 2, 1 and 7 tenths."""
    digit = zlib.crc32(" ".join(sentence.lower().split()).encode()) % 10
    return "test" if digit < 2 else "val" if digit == 2 else "train"


def paragraph(rng: np.random.Generator, language: str, sentences: int, wanted: str) -> list[str]:
    """`sentences` sentences of `language`, each in the fold `wanted`."""
    parts = ["open", *["turn"] * max(1, sentences - 2), "close"]
    out: list[str] = []
    while len(out) < sentences:
        part = parts[min(len(out), len(parts) - 1)]
        sentence = _english(rng, part) if language.startswith("en") else _foreign(rng, language)
        # The few openings and closes all fall in one fold, so a sentence of another fold gives way to a turn.
        for _ in range(200):
            if fold(sentence) == wanted and sentence not in out:
                break
            sentence = _english(rng, "turn") if language.startswith("en") else _foreign(rng, language)
        out.append(sentence)
    return out


def _english(rng: np.random.Generator, part: str) -> str:
    text = "{" + part + "}"
    while SLOT.search(text):
        text = SLOT.sub(lambda slot: str(rng.choice(GRAMMAR[slot.group(1)])), text, count=1)
    text = re.sub(r"\b([Aa]) (?=[aeiou])", r"\1n ", text)
    return text[0].upper() + text[1:]


def _foreign(rng: np.random.Generator, language: str) -> str:
    openings, rests = (part.split("|") for part in FOREIGN[language])
    return f"{rng.choice(openings)} {rng.choice(rests)}"
