"""Each rank multiplies its rows of a matrix of 64 by a matrix of 64 x 32; the sum of all is the same whatever their number."""
import numpy
from mpi4py import MPI

world = MPI.COMM_WORLD
rows = numpy.arange(64.0 * 64).reshape(64, 64)[world.rank::world.size]
product = rows @ numpy.ones((64, 32))
print(world.reduce(product.sum(), root=0) if world.rank == 0 else world.reduce(product.sum(), root=0) or "")
