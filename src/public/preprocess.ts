/**
 * From the pixels of a frame to the tensor of a network, and the way back for points and boxes.
 *
 * @packageDocumentation
 */

export { type Box, createInputMapping, type InputMapping } from '../preprocess/input-mapping.js';
export { buildRemapTable, preprocessInto, type RemapTable } from '../preprocess/remap-table.js';
