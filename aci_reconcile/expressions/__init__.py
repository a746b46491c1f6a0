"""The expression language of ARM templates: its grammar, and the functions that need nothing but their arguments.

Pure, and without a decision: parameters, places, secrets and live values are what each user makes of them.
"""
