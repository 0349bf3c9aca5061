#!/usr/bin/env node
// `npm run setup:opencv`: builds OpenCV's binding for Node.js, @u4/opencv4nodejs, against the system's OpenCV (Debian,
// Ubuntu, JetPack), into node_modules of the current folder. Builds once; later calls only say so.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import process from 'node:process';

const version = '7.1.2';
const name = '@u4/opencv4nodejs';
const project = process.cwd();
const folder = join(project, 'node_modules', name);
process.env.OPENCV4NODEJS_DISABLE_AUTOBUILD = '1';

/** @returns {string | undefined} OpenCV's version if the binding loads. */
function builtVersion() {
  const asked = `const { version: v } = require('${name}'); process.stdout.write('=' + [v.major, v.minor, v.revision].join('.'))`;
  const { stdout } = spawnSync(process.execPath, ['-e', asked], { cwd: project, encoding: 'utf8' });
  return /=([\d.]+)$/.exec(stdout ?? '')?.[1];
}

/** @param {string} what @param {string} action @returns {never} */
function giveUp(what, action) {
  console.error(`setup:opencv: ${what}: ${action}`);
  process.exit(2);
}

/** @param {string} variable @returns {string | undefined} A variable of OpenCV's pkg-config description. */
function described(variable) {
  const { status, stdout } = spawnSync('pkg-config', [`--variable=${variable}`, 'opencv4'], {
    encoding: 'utf8',
  });
  return status === 0 && stdout.trim() !== '' ? stdout.trim() : undefined;
}

/** @returns {string | undefined} Folder with headers of exactly this Node.js; without them node-gyp downloads them. */
function nodeHeaders() {
  const prefix = dirname(dirname(process.execPath));
  const header = join(prefix, 'include/node/node_version.h');
  if (!existsSync(header)) return undefined;
  const text = readFileSync(header, 'utf8');
  const said = ['MAJOR', 'MINOR', 'PATCH'].map(
    (part) => new RegExp(`NODE_${part}_VERSION (\\d+)`).exec(text)?.[1],
  );
  return said.join('.') === process.versions.node ? prefix : undefined;
}

const there = builtVersion();
if (there !== undefined) {
  console.log(`${name} ${version} is set up, with OpenCV ${there}`);
  process.exit(0);
}
const includeDir = described('includedir') ?? '/usr/include/opencv4';
const libDir = described('libdir');
if (!existsSync(join(includeDir, 'opencv2')) || libDir === undefined)
  giveUp(
    'expected the headers of OpenCV 4, found none',
    'apt-get install libopencv-dev pkg-config g++ make python3',
  );
for (const program of ['make', 'g++', 'python3'])
  if (spawnSync(program, ['--version']).error)
    giveUp(`expected ${program}, found none`, `apt-get install ${program}`);
console.log(
  `builds ${name} ${version} against OpenCV in ${libDir}: 5 to 20 minutes, 0.3 GB in node_modules`,
);
if (!existsSync(join(folder, 'package.json')))
  execFileSync('npm', ['install', '--no-save', '--ignore-scripts', `${name}@${version}`], {
    cwd: project,
    stdio: 'inherit',
  });
const headers = nodeHeaders();
const env = {
  ...process.env,
  OPENCV_INCLUDE_DIR: includeDir,
  OPENCV_LIB_DIR: libDir,
  OPENCV_BIN_DIR: '/usr/bin',
  ...(headers !== undefined && { npm_config_nodedir: headers }),
};
// The package's own installer looks for its build file in the wrong place; running node-gyp in the package's folder works.
const nodeGyp = createRequire(join(folder, 'package.json')).resolve('node-gyp/bin/node-gyp.js');
const { status } = spawnSync(process.execPath, [nodeGyp, 'rebuild', '--release'], {
  cwd: folder,
  env,
  stdio: 'inherit',
});
const built = builtVersion();
if (status !== 0 || built === undefined)
  giveUp(
    `expected the build to end well, found ${status === 0 ? 'that it does not load' : `code ${status}`}`,
    'its last lines say why',
  );
console.log(
  `${name} ${version} is set up, with OpenCV ${built}: \`windshield calibrate --engine native\`, source \`opencv:0\``,
);
