import { fromBinary } from '@bufbuild/protobuf';
import { PerceptionError } from '../../src/frame/perception-error.js';
import { ModelProtoSchema } from '../../src/onnx/gen/onnx_pb.js';
import { describeIssue } from '../../src/text/describe-issue.js';
import { parseJson } from '../../src/text/json-document.js';
import { imageProperties } from '../train/image-properties.js';
import { type AutoencoderSpec, autoencoderSpecSchema } from './autoencoder-spec.js';

const property = 'windshield.autoencoder';

/** Metadata properties of the ONNX file that identify it and describe its input. */
export const specProperty = (spec: AutoencoderSpec): Record<string, string> => ({
  ...imageProperties(spec.input),
  [property]: JSON.stringify(spec),
});

/**
 * The description that an autoencoder's file carries. Throws ERR_BUNDLE if the file is not an autoencoder; `where`
 * names it in the error.
 */
export function readAutoencoderSpec(bytes: Uint8Array, where: string): AutoencoderSpec {
  const text = propertyOf(bytes, where);
  if (text === undefined)
    throw new PerceptionError(
      'ERR_BUNDLE',
      `${where}: expected an autoencoder of windshield (property ${property}), found another network`,
    );
  const checked = autoencoderSpecSchema.safeParse(parseJson(text, { where, code: 'ERR_BUNDLE' }));
  if (checked.success) return checked.data;
  throw new PerceptionError(
    'ERR_BUNDLE',
    `${where}: ${property}: ${describeIssue(checked.error.issues[0]!, autoencoderSpecSchema)}`,
  );
}

function propertyOf(bytes: Uint8Array, where: string): string | undefined {
  try {
    const { metadataProps } = fromBinary(ModelProtoSchema, bytes);
    return metadataProps.find(({ key }) => key === property)?.value;
  } catch (cause) {
    const found = cause instanceof Error ? cause.message : String(cause);
    throw new PerceptionError('ERR_BUNDLE', `${where}: expected an ONNX network, found ${found}`);
  }
}
