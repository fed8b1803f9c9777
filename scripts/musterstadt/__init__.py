"""Generator of Musterstadt, the synthetic town of the starter: nobody in it is real."""
