import { z } from 'zod';
import { declaredLanesSchema, pipelineSchema } from './pipeline-schema.js';

/**
 * The pipeline file as a JSON schema, for editors that complete and check it. What hangs on several keys at once (a stage in
 * a lane has a bundle) only `windshield config` says.
 */
export function pipelineJsonSchema(): Record<string, unknown> {
  const { $schema, properties, ...schema } = z.toJSONSchema(pipelineSchema, { io: 'input' });
  const { $schema: _, ...declared } = z.toJSONSchema(declaredLanesSchema, { io: 'input' });
  // zod sees in `lanes` and `record` a function that reads either form.
  const record = { anyOf: [{ type: 'string', minLength: 1 }, properties!['record']] };
  const lanes = { anyOf: [{ const: 'auto' }, declared] };
  return {
    $schema,
    title: 'Pipeline file of windshield',
    ...schema,
    properties: { ...properties, lanes, record },
  };
}
