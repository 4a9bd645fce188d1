"""Questions that people type about tables of many kinds, with the answers computed by pandas, apart from our code."""
