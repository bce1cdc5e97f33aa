"""The look-ahead mechanism: simulates the shop forward to compare sets of awards."""
