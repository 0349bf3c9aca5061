import { type FrameInput, hostInput } from '../../src/stages/frame-input.js';
import type { StageSetup } from '../../src/stages/stage-setup.js';

/** A stage's input that can be held: the frame is the same as before, and the network's last outputs are used again. */
export interface HeldInput extends FrameInput {
  isHeld: boolean;
}

/** Preprocesses and runs as on the rig unless held: a moved threshold then only decodes again, at once. */
export function heldInput(setup: StageSetup): HeldInput {
  const inner = hostInput(setup);
  const { session } = setup;
  const input: HeldInput = {
    isHeld: false,
    preprocessedBy: inner.preprocessedBy,
    session: {
      provider: session.provider,
      isPartlyOnCpu: session.isPartlyOnCpu,
      maxBatch: session.maxBatch,
      input: session.input,
      outputs: session.outputs,
      run: async (batch?: number) => {
        if (!input.isHeld) await session.run(batch);
      },
      dispose: () => session.dispose(),
    },
    take(pixels) {
      if (!input.isHeld) inner.take(pixels);
    },
  };
  return input;
}
