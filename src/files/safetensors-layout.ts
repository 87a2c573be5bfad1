/*
 * A safetensors file: the header's length in bytes (uint64, little endian), the header, the data.
 *
 *     { "0.weight": { "dtype": "F32", "shape": [10, 2], "data_offsets": [0, 80] }, …,
 *       "__metadata__": { "name": "text", … } }
 *
 * Offsets count from the end of the header; tensors are row-major, and cover the data without gaps.
 * Source: github.com/huggingface/safetensors
 */

/** Of the header's length; headers are padded to a multiple of it. */
export const LENGTH_BYTES = 8;
/** The member of the header that is no tensor. */
export const METADATA = '__metadata__';
