"""What travels: the bodies and answers of the API as typed structs, and their way to facts."""
