"""Who signs tokens on one machine: Cognito's twin, with a key of the home's own."""
