"""What is asked of a model, a partner's speech included."""
