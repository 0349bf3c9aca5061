import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';

const python = 'python3';
const hasPython = spawnSync(python, ['--version']).status === 0;
const bridge = 'examples/ros2/windshield_bridge';

test.skipIf(!hasPython)('the ROS 2 bridge maps frames to messages, without ROS', () => {
  const { status, stderr } = spawnSync(python, ['-B', `${bridge}/test/test_mapping.py`], {
    encoding: 'utf8',
  });
  expect(stderr).toMatch(/Ran 6 tests/);
  expect(status, stderr).toBe(0);
});

test.skipIf(!hasPython)('the node and its launch file are Python that compiles', () => {
  const files = ['windshield_bridge/bridge.py', 'launch/bridge.launch.py', 'setup.py'];
  const program = 'import ast, sys\nfor path in sys.argv[1:]: ast.parse(open(path).read(), path)';
  const paths = files.map((file) => `${bridge}/${file}`);
  const { status, stderr } = spawnSync(python, ['-c', program, ...paths], { encoding: 'utf8' });
  expect(status, stderr).toBe(0);
});
