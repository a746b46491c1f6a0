"""What ``terraform show -json`` (and ``tofu show -json``) prints of a state or a plan, never HCL."""
