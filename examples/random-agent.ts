// An agent that steers at random, three episodes long: how a learner is put on the simulated road.
//
//     npx esbuild examples/random-agent.ts --bundle --packages=external --format=esm --outfile=dist/random-agent.js
//     node dist/random-agent.js [seed]
import { DriveEnvironment } from '../simulator/driving/environment/drive-environment.js';
import { Random } from '../simulator/world/random.js';

const firstSeed = Number(process.argv[2] ?? 1);
const environment = new DriveEnvironment({ seconds: 20 });
const [lowRad, highRad] = DriveEnvironment.actionSpace.steeringRad;

for (let seed = firstSeed; seed < firstSeed + 3; seed++) {
  const random = new Random(seed);
  await environment.reset(seed);
  let total = 0;
  for (;;) {
    // Small angles, or no episode would last a second.
    const steeringRad = random.range(lowRad, highRad) * 0.05;
    const { reward, terminated, truncated, info } = environment.step({ steeringRad });
    total += reward;
    if (!terminated && !truncated) continue;
    const end = terminated ? 'left its lane' : 'drove to the end';
    console.log(
      `seed ${seed}: ${end} after ${info.timeS.toFixed(1)} s, reward ${total.toFixed(1)}`,
    );
    break;
  }
}
