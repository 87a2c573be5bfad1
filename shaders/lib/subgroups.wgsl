// subgroups.wgsl: what a file that uses subgroups needs before everything else, so it is used first
//
// numerics    loops over layers end for all lanes of a group at once, which the compiler cannot see

enable subgroups;
diagnostic(off, subgroup_uniformity);
