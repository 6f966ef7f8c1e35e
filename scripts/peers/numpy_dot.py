#!/usr/bin/env python3
"""numpy: slopes as the product of weights and the stack, w @ Y. A pixel with a gap has no slope."""

import numpy as np
from stack import job, read

if __name__ == "__main__":
    folder, out, _ = job()
    stack, years = read(folder)
    centred = years - years.mean()
    w = (centred / (centred**2).sum()).astype("float32")
    np.save(out, (w @ stack.reshape(len(years), -1)).reshape(stack.shape[1:]))
