"""How fast the API answers, beside a bare route."""
