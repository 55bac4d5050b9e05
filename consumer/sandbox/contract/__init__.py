"""The contract of Bluecore's Events API, as far as it is publicly known: a document in, what is wrong with it out.

Pure functions over the data of `rules`: `checks` has what Bluecore refuses, `silent` what it swallows. The sandbox
answers by them, and the tests of the mapping hold its requests against them.
"""
