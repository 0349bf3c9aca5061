import { fileURLToPath } from 'node:url';

/** Only the steering network, for driving in closed loop. */
export const defaultSteeringPipeline = fileURLToPath(
  new URL('../../pipelines/steering-only.yaml', import.meta.url),
);

/** Four networks on the shipped drive. */
export const defaultPipelineFile = fileURLToPath(
  new URL('../../pipelines/default.yaml', import.meta.url),
);

/** The bundles that come with windshield, one folder per task. Ends with a slash. */
export const shippedModelsDir = fileURLToPath(new URL('../../models/', import.meta.url));
