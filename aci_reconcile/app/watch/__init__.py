"""``watch``: plan and apply again and again, within limits of a day.

``controller`` is the loop, ``one_round`` what it repeats, and ``look`` what a round reads. What they decide is pure:
``choice`` says which changes are made, ``ledger`` what the last day has taken of the safety limits, ``attempts`` when a
group that failed is tried again, and ``run_states`` whose run state is read.
"""
