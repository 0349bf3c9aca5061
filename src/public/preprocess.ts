/**
 * Turns the pixels of a frame into a network's tensor, and maps points and boxes back.
 *
 * @packageDocumentation
 */

export { type Box, createInputMapping, type InputMapping } from '../preprocess/input-mapping.js';
export { buildRemapTable, preprocessInto, type RemapTable } from '../preprocess/remap-table.js';
