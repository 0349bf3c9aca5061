// Makes the two packages in dist/packages/: windshield, which runs on the rig, and windshield-tools, the offline
// commands. `npm run pack` packs both; --dir leaves them as folders. They contain compiled code and types; no compiler,
// no CUDA download.
import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { ensureBuilt } from './build.js';
import { ensurePageBuilt } from './build-page.js';
import { reach, rewritten } from './pack-files.js';
import { filesBelow, rootDir } from './survey.js';

const distDir = join(rootDir, 'dist');
const outDir = join(distDir, 'packages');
const typesDir = join(distDir, 'types');
const rigName = 'windshield';
const toolsName = 'windshield-tools';
/** The packages already contain their output. */
const compilers = ['esbuild', 'vite'];
/** Files of onnxruntime-web that a browser loads, for networks on the page. */
const runtimeFiles = [
  'ort.wasm.min.mjs',
  'ort.webgpu.min.mjs',
  'ort-wasm-simd-threaded.mjs',
  'ort-wasm-simd-threaded.wasm',
  'ort-wasm-simd-threaded.asyncify.mjs',
  'ort-wasm-simd-threaded.asyncify.wasm',
];

const readJson = (...path) => JSON.parse(readFileSync(join(rootDir, ...path), 'utf8'));

const filesIn = (dir, ending) =>
  filesBelow(dir, (name) => name.endsWith(ending)).map((path) => relative(distDir, path));

/** Divides the files below dist/ by their imports: files that the rig's entries do not reach belong to the tools. */
async function divide() {
  const { commandTable } = await import(pathToFileURL(join(distDir, 'cli/command-table.js')).href);
  const cut = new Set(
    commandTable.filter((entry) => entry.package === toolsName).map(({ name }) => `cli/${name}.js`),
  );
  const rooms = ['src', 'tools', 'simulator', 'cli'].map((room) => join(distDir, room));
  const all = rooms.flatMap((room) => filesIn(room, '.js'));
  // All of src belongs to the rig. Processes of bench and doctor are started by computed names.
  const isEntry = (file) =>
    /^src\/|^tools\/(bench|doctor)\/|^cli\/(main|supervised-main)\.js$/.test(file);
  const rig = reach(distDir, all.filter(isEntry), (file) => cut.has(file));
  const toolFiles = all.filter((file) => !rig.files.has(file));
  const tools = reach(distDir, toolFiles, (file) => rig.files.has(file));
  return { rig, tools };
}

function writeCode(packageDir, files, ownName, isOther, otherName) {
  for (const file of files) {
    const text = readFileSync(join(distDir, file), 'utf8').replace(
      /\n\/\/# sourceMappingURL=.*\n?$/,
      '\n',
    );
    const path = join(packageDir, 'dist', file);
    mkdirSync(dirname(path), { recursive: true });
    const nameOf = (target) =>
      isOther(target) ? `${otherName}/for-${ownName}/${target}` : undefined;
    writeFileSync(path, rewritten(file, text, nameOf));
  }
}

/** Writes the declarations that the public ones reach, next to the code. */
function writeTypes(packageDir) {
  execFileSync(
    process.execPath,
    [join(rootDir, 'node_modules/typescript/bin/tsc'), '-p', join(rootDir, 'tsconfig.types.json')],
    { stdio: 'inherit' },
  );
  const entries = readdirSync(join(typesDir, 'src/public')).map((name) => `src/public/${name}`);
  const { files, packages } = reach(typesDir, entries);
  for (const file of files) cpSync(join(typesDir, file), join(packageDir, 'dist', file));
  return packages;
}

/**
 * ONNX Runtime is included: its own package would download CUDA on installation, and contains the binaries of every
 * system. Here are the rig's, without the installation script.
 */
function bundleRuntime(packageDir) {
  const from = join(rootDir, 'node_modules/onnxruntime-node');
  const to = join(packageDir, 'node_modules/onnxruntime-node');
  const {
    scripts: _,
    devDependencies: __,
    dependencies,
    ...manifest
  } = JSON.parse(readFileSync(join(from, 'package.json'), 'utf8'));
  const own = { 'onnxruntime-common': dependencies['onnxruntime-common'] };
  for (const part of ['dist', 'README.md', 'bin/napi-v6/linux'])
    cpSync(join(from, part), join(to, part), { recursive: true });
  writeFileSync(
    join(to, 'package.json'),
    `${JSON.stringify({ ...manifest, dependencies: own }, null, 2)}\n`,
  );
  return own;
}

function writeManifest(packageDir, name, packages, more) {
  const { dependencies, devDependencies } = readJson('package.json');
  const { private: _, ...manifest } = readJson('packages', name, 'package.json');
  const wanted = [...packages]
    .filter((each) => !compilers.includes(each) && each !== rigName && each !== toolsName)
    .sort();
  const pinned = wanted.map((each) => {
    const version = dependencies[each];
    if (version === undefined)
      throw new Error(
        `${name} needs ${each}: expected it among the dependencies of package.json, found ${devDependencies[each] ? 'it among devDependencies' : 'none'}`,
      );
    return [each, version];
  });
  const whole = {
    ...manifest,
    ...more,
    dependencies: { ...Object.fromEntries(pinned), ...more.dependencies },
  };
  writeFileSync(join(packageDir, 'package.json'), `${JSON.stringify(whole, null, 2)}\n`);
  for (const file of [`packages/${name}/README.md`, 'LICENSE'])
    cpSync(join(rootDir, file), join(packageDir, file.split('/').at(-1)));
}

/** Makes both folders from scratch; resolves with their paths. */
export async function makePackages() {
  await ensureBuilt();
  const pageDir = await ensurePageBuilt();
  rmSync(outDir, { recursive: true, force: true });
  rmSync(typesDir, { recursive: true, force: true });
  const { version } = readJson('packages', rigName, 'package.json');
  const { rig, tools } = await divide();

  const rigDir = join(outDir, rigName);
  writeCode(rigDir, rig.files, rigName, (file) => tools.files.has(file), toolsName);
  const typed = writeTypes(rigDir);
  const { bundledScript } = await import(
    pathToFileURL(join(distDir, 'tools/latency/page/write-report-page.js')).href
  );
  writeFileSync(
    join(rigDir, 'dist/tools/latency/page/page-script.bundle.js'),
    await bundledScript(),
  );
  cpSync(pageDir, join(rigDir, 'dist/page'), { recursive: true });
  for (const file of runtimeFiles)
    cpSync(
      join(rootDir, 'node_modules/onnxruntime-web/dist', file),
      join(rigDir, 'dist/page-runtime', file),
    );
  cpSync(join(rootDir, 'packages/windshield/bin'), join(rigDir, 'bin'), { recursive: true });
  for (const dir of ['pipelines', 'models', 'calibration', 'recordings', 'src/messages/windshield'])
    if (existsSync(join(rootDir, dir)))
      cpSync(join(rootDir, dir), join(rigDir, dir.replace('src/messages/', 'proto/')), {
        recursive: true,
      });
  const runtime = bundleRuntime(rigDir);
  writeManifest(rigDir, rigName, new Set([...rig.packages, ...typed]), {
    dependencies: runtime,
    // The bundled runtime's restrictions; in the workspace's own file they would keep npm from installing the checkout.
    bundleDependencies: ['onnxruntime-node'],
    os: ['linux'],
    cpu: ['x64', 'arm64'],
    peerDependencies: { [toolsName]: version },
    peerDependenciesMeta: { [toolsName]: { optional: true } },
  });

  const toolsDir = join(outDir, toolsName);
  writeCode(toolsDir, tools.files, toolsName, (file) => rig.files.has(file), rigName);
  cpSync(join(rootDir, 'tools/train/recipes'), join(toolsDir, 'tools/train/recipes'), {
    recursive: true,
  });
  writeManifest(toolsDir, toolsName, tools.packages, { dependencies: { [rigName]: version } });
  return { rigDir, toolsDir };
}

function sizeMb(dir) {
  const bytes = filesBelow(dir).reduce((sum, path) => sum + statSync(path).size, 0);
  return (bytes / 1e6).toFixed(1);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { rigDir, toolsDir } = await makePackages();
  for (const dir of [rigDir, toolsDir])
    process.stdout.write(`${relative(rootDir, dir)}: ${sizeMb(dir)} MB unpacked\n`);
  for (const dir of process.argv.includes('--dir') ? [] : [rigDir, toolsDir])
    execFileSync('npm', ['pack', '--ignore-scripts', '--pack-destination', outDir], {
      cwd: dir,
      stdio: 'inherit',
    });
}
