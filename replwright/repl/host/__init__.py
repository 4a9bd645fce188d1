"""The trusted side: the zygote, the confinement around its children, and the engine that runs jobs in them."""
