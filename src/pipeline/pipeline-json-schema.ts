import { z } from 'zod';
import { declaredLanesSchema } from './lanes-schema.js';
import { pipelineSchema } from './pipeline-schema.js';

/**
 * Returns the JSON schema of the pipeline file, for editors that complete and check it. Rules over several keys (a stage
 * in a lane has a bundle) are checked only by `windshield config`.
 */
export function pipelineJsonSchema(): Record<string, unknown> {
  const { $schema, properties, ...schema } = z.toJSONSchema(pipelineSchema, { io: 'input' });
  const { $schema: _, ...declared } = z.toJSONSchema(declaredLanesSchema, { io: 'input' });
  // To zod, `lanes` and `record` are functions that read either form: both forms are added here by hand.
  const described = (key: 'lanes' | 'record', ...forms: object[]) => {
    const { description } = pipelineSchema.shape[key];
    return { ...(description === undefined ? {} : { description }), anyOf: forms };
  };
  const lanes = described('lanes', { const: 'auto' }, declared);
  const { description: _described, ...settings } = properties!['record'] as Record<string, unknown>;
  const record = described('record', { type: 'string', minLength: 1 }, settings);
  return {
    $schema,
    title: 'Pipeline file of windshield',
    ...schema,
    properties: { ...properties, lanes, record },
  };
}
