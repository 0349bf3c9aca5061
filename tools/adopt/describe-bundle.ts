import { croppedClasses } from '../../src/bundle/crop-spec.js';
import type { Manifest } from '../../src/bundle/manifest.js';
import { readsCrops } from '../../src/bundle/output-spec.js';

/** How a network is fed, for people: tensor, colours, numbers, fit. */
export function describeInput({ input, decode }: Pick<Manifest, 'input' | 'decode'>): string {
  const { tensor, spec, constants = [] } = input;
  const { mean, scale, fit, colour, layout, padValue, padRgb, regionNorm } = spec;
  const low = mean.map((value, c) => (0 - value) * scale[c]!);
  const high = mean.map((value, c) => (255 - value) * scale[c]!);
  const same = (values: readonly number[]) => values.every((value) => value === values[0]);
  const short = (value: number) => String(Number(value.toPrecision(4)));
  const range =
    same(low) && same(high)
      ? `${short(low[0]!)} to ${short(high[0]!)}`
      : low.map((value, c) => `${short(value)} to ${short(high[c]!)}`).join(', ');
  const part =
    regionNorm.join() === '0,0,1,1'
      ? 'the whole frame'
      : `region ${regionNorm.join(', ')} of the frame`;
  const margin = readsCrops(decode) ? decode.cropMarginNorm : 0;
  const seen = readsCrops(decode)
    ? `boxes of ${croppedClasses(decode).join(', ')}${margin > 0 ? ` and ${short(margin)} of their size on every side` : ''}`
    : part;
  return [
    `\`${tensor.name}\` ${tensor.dtype} ${tensor.shape.join(' x ')} (${layout})`,
    `${colour}, black to white is ${range}`,
    `${seen}, ${fit}`,
    ...(fit === 'stretch' ? [] : [`padded with ${padRgb?.join(', ') ?? padValue}`]),
    ...constants.map(({ name, values }) => `\`${name}\` is always ${values.join(', ')}`),
  ].join('; ');
}

/** Description of a bundle, in lines for people. */
export function describeManifest(manifest: Manifest): string[] {
  const {
    task,
    name,
    version,
    network,
    outputs,
    decode,
    scores,
    tolerance,
    adopted,
    quantisation,
  } = manifest;
  const classes = 'classes' in decode ? decode.classes : [];
  const adoptedLines = adopted
    ? [
        `from       ${adopted.from} (${adopted.family}), licence ${adopted.licence}`,
        ...adopted.reasons.map(
          (reason, index) => `${index === 0 ? 'because' : '       '}    ${reason}`,
        ),
      ]
    : [
        `trained    ${manifest.training.data.map((data) => data.name).join(', ') || 'not said on what'}`,
      ];
  return [
    `bundle     ${name} ${version}, ${task}${quantisation ? `, ${quantisation.precision}` : ''}`,
    `network    ${network.parameters.toLocaleString('en')} parameters, sha256 ${network.sha256.slice(0, 12)}`,
    `fed        ${describeInput(manifest)}`,
    `read       ${decode.kind}: ${outputs.map((output) => `${output.name} ${output.dtype} [${output.shape.join(', ')}]`).join('; ')}`,
    ...(classes.length > 0 ? [`classes    ${classes.length}: ${classes.join(', ')}`] : []),
    ...adoptedLines,
    ...Object.entries(scores).map(
      ([data, metrics]) =>
        `scored     ${data}: ${Object.entries(metrics)
          .slice(0, 4)
          .map(([metric, value]) => `${metric} ${value.toFixed(3)}`)
          .join(', ')}`,
    ),
    `tolerance  ${Object.entries(tolerance)
      .map(([provider, value]) => `${provider} ${value}`)
      .join(', ')}`,
  ];
}
