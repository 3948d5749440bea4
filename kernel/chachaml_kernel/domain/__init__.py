"""The facts and rules of experiment tracking; pure, synchronous, and without any technology."""
