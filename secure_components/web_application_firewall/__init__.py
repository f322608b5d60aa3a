"""AWS WAF on every endpoint: the component, its arguments, and the rules that they make."""
