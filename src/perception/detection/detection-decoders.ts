import type { DetectionKind, DetectionOutputSpec } from '../../bundle/detection-spec.js';
import type { Manifest } from '../../bundle/manifest.js';
import { createAnchorFreeDecoder } from './anchor-free-decoder.js';
import { createAnchorsDecoder } from './anchors-decoder.js';
import { createCellDecoder } from './cell-decoder.js';
import { createChosenBoxesDecoder } from './chosen-boxes-decoder.js';
import type { CreateDecoder, DetectionDecoder } from './detection-decoder.js';
import { createDistributionDecoder } from './distribution-decoder.js';
import { createEndToEndDecoder } from './end-to-end-decoder.js';
import { createGridDecoder } from './grid-decoder.js';
import { createQueriesDecoder } from './queries-decoder.js';
import { createSsdDecoder } from './ssd-decoder.js';

type SpecOf<Kind extends DetectionKind> = Extract<DetectionOutputSpec, { kind: Kind }>;

/** One decoder per kind of detector: the only place that knows them all. */
const decoders: { readonly [Kind in DetectionKind]: CreateDecoder<SpecOf<Kind>> } = {
  ssd: (spec) => {
    const decoder = createSsdDecoder(spec);
    return {
      decode: (outputs, out) => decoder.decode(outputs[spec.offsets]!, outputs[spec.logits]!, out),
    };
  },
  grid: createGridDecoder,
  anchors: createAnchorsDecoder,
  'anchor-free': createAnchorFreeDecoder,
  distribution: createDistributionDecoder,
  cell: createCellDecoder,
  'end-to-end': createEndToEndDecoder,
  queries: createQueriesDecoder,
  'nms-inside': createChosenBoxesDecoder,
};

/** The decoder that a detector's manifest names. Allocates here, not per frame. */
export function createDetectionDecoder(
  spec: DetectionOutputSpec,
  { input, outputs }: Pick<Manifest, 'input' | 'outputs'>,
): DetectionDecoder {
  const create = decoders[spec.kind] as CreateDecoder<DetectionOutputSpec>;
  const shapes = Object.fromEntries(outputs.map(({ name, shape }) => [name, shape]));
  const { widthPx, heightPx } = input.spec;
  return create(spec, { widthPx, heightPx, shapes });
}
