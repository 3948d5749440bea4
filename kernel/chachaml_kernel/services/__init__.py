"""The one service layer: what front ends call, and where the rules are applied."""
