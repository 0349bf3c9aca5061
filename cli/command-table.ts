import type { Command } from 'commander';

/** A command before its code is loaded: enough for `windshield --help`. */
export interface CommandEntry {
  name: string;
  /** Arguments as the overview shows them. */
  usage: string;
  summary: string;
  /** The package that contains it; defaults to windshield itself. A checkout has every command. */
  package?: 'windshield-tools';
  /** Loads the command's own file; only the called command is loaded. */
  load(): Promise<Command>;
}

/** Every command, in the order of the overview. */
export const commandTable: readonly CommandEntry[] = [
  {
    name: 'replay',
    usage: '<recording|folder|video>',
    summary: 'stream a recorded drive through the pipeline, in real time or in lock-step',
    load: async () => (await import('./replay.js')).replayCommand(),
  },
  {
    name: 'run',
    usage: '<pipeline.yaml>',
    summary: 'run the pipeline live on the source that its file names',
    load: async () => (await import('./run.js')).runCommand(),
  },
  {
    name: 'config',
    usage: '<pipeline.yaml>',
    summary: 'check a pipeline file and print it with defaults and paths resolved',
    load: async () => (await import('./config.js')).configCommand(),
  },
  {
    name: 'prepare',
    usage: '<pipeline.yaml>',
    summary: 'build the TensorRT engines of a pipeline file ahead of the first drive',
    load: async () => (await import('./prepare.js')).prepareCommand(),
  },
  {
    name: 'import',
    usage: '<source> --out <drive.mcap>',
    summary: 'turn a driving log, a folder of pictures or a video into a recording',
    load: async () => (await import('./import.js')).importCommand(),
  },
  {
    name: 'export-drive',
    usage: '<recording> [--parquet|--csv|--pictures <folder>] [--film <file.mp4>]',
    summary:
      'export a drive for other programs: tables, pictures, or a film with the results drawn in',
    load: async () => (await import('./export-drive.js')).exportDriveCommand(),
  },
  {
    name: 'record',
    usage: '<source> --out <drive.mcap>',
    summary: 'record the pictures of a camera or any other source, without networks',
    load: async () => (await import('./record.js')).recordCommand(),
  },
  {
    name: 'info',
    usage: '<recording>',
    summary: 'print what a recording holds: topics, counts, times, gaps, who made it',
    load: async () => (await import('./info.js')).infoCommand(),
  },
  {
    name: 'recover',
    usage: '<recording> --out <clean.mcap>',
    summary: 'repair a recording that was cut off: write what can be read, and print what was lost',
    load: async () => (await import('./recover.js')).recoverCommand(),
  },
  {
    name: 'cut',
    usage: '<recording> --from <s> --to <s> --out <part.mcap>',
    summary: 'write a part of a recording, by time or by topic',
    load: async () => (await import('./cut.js')).cutCommand(),
  },
  {
    name: 'merge',
    usage: '<recordings...> --out <drive.mcap>',
    summary: 'merge several recordings into one, in time order',
    load: async () => (await import('./merge.js')).mergeCommand(),
  },
  {
    name: 'picture',
    usage: '<results> --drive <drive.mcap> --out <file.png>',
    summary: 'draw the results of one frame onto its picture',
    load: async () => (await import('./picture.js')).pictureCommand(),
  },
  {
    name: 'view',
    usage: '[recordings...]',
    summary: 'play recordings in a browser, step through them, run the networks on them',
    load: async () => (await import('./view.js')).viewCommand(),
  },
  {
    name: 'calibrate',
    usage: '<pictures|source> --board 9x6 --square 0.025',
    summary: 'calibrate a camera from pictures of a board',
    load: async () => (await import('./calibrate.js')).calibrateCommand(),
  },
  {
    name: 'ground',
    usage: '<source> --lanes --height 1.35 --out <mount.yaml>',
    summary: 'measure how a camera sits above the road: height, pitch, roll, yaw',
    load: async () => (await import('./ground.js')).groundCommand(),
  },
  {
    name: 'board',
    usage: '--board 9x6 --square 0.025 --out <board.pdf>',
    summary: 'make a calibration board to print at true size',
    load: async () => (await import('./board.js')).boardCommand(),
  },
  {
    name: 'explain',
    package: 'windshield-tools',
    usage: '<drive> --stage <task> --out <file.png>',
    summary: 'show which parts of a frame an answer is based on',
    load: async () => (await import('./explain.js')).explainCommand(),
  },
  {
    name: 'simulate',
    usage: '<drive|dataset|sheet>',
    summary: 'render drives and data sets from a procedural road world, with ground truth',
    package: 'windshield-tools',
    load: async () => (await import('./simulate.js')).simulateCommand(),
  },
  {
    name: 'train',
    usage: '<task>',
    summary: 'train the network of a task: detection, signs, segmentation or steering',
    package: 'windshield-tools',
    load: async () => (await import('./train.js')).trainCommand(),
  },
  {
    name: 'export',
    usage: '<task>',
    summary: 'write a trained network as a model bundle: ONNX, manifest, golden outputs',
    package: 'windshield-tools',
    load: async () => (await import('./export.js')).exportCommand(),
  },
  {
    name: 'evaluate',
    usage: '<task> --data <folder> --format <format>',
    summary: 'measure a model bundle on labelled data',
    package: 'windshield-tools',
    load: async () => (await import('./evaluate.js')).evaluateCommand(),
  },
  {
    name: 'attack',
    usage: '<task> --data <folder> --format <format>',
    summary: 'measure how easily your own network is fooled',
    package: 'windshield-tools',
    load: async () => (await import('./attack.js')).attackCommand(),
  },
  {
    name: 'stress',
    usage: '<task> --data <folder> --format <format>',
    summary: 'score a bundle under fifteen kinds of corruption, at five strengths each',
    package: 'windshield-tools',
    load: async () => (await import('./stress.js')).stressCommand(),
  },
  {
    name: 'novelty',
    usage: 'train|measure <drives...>',
    summary: 'train and measure a gate that reports scenes unlike the ones it was trained on',
    package: 'windshield-tools',
    load: async () => (await import('./novelty.js')).noveltyCommand(),
  },
  {
    name: 'quantize',
    usage: '<bundle> --data <folder> --format <format> --out <folder>',
    summary: 'make an 8- or 16-bit model bundle from one in float32, and measure both',
    package: 'windshield-tools',
    load: async () => (await import('./quantize.js')).quantizeCommand(),
  },
  {
    name: 'adopt',
    usage: '<network.onnx> --out <folder>',
    summary: 'turn your own ONNX network into a model bundle, finding out what input it expects',
    package: 'windshield-tools',
    load: async () => (await import('./adopt.js')).adoptCommand(),
  },
  {
    name: 'bundle',
    usage: '<inspect|check> <folder>',
    summary: 'print what a model bundle is, how it is fed, and whether it is certified here',
    load: async () => (await import('./bundle.js')).bundleCommand(),
  },
  {
    name: 'latency',
    usage: '<results.mcap>',
    summary: 'print how long everything took, from a recording of results alone',
    load: async () => (await import('./latency.js')).latencyCommand(),
  },
  {
    name: 'verify',
    usage: '<drive> --reference <results.mcap>',
    summary: 'replay a drive and judge its results against a reference',
    load: async () => (await import('./verify.js')).verifyCommand(),
  },
  {
    name: 'diff',
    usage: '<reference.mcap> <results.mcap>',
    summary: 'print in words how two recordings of results differ',
    load: async () => (await import('./diff.js')).diffCommand(),
  },
  {
    name: 'fleet',
    usage: '<run|merge|table|codes|map> …',
    summary: 'replay many drives on many machines, and judge them as one',
    package: 'windshield-tools',
    load: async () => (await import('./fleet.js')).fleetCommand(),
  },
  {
    name: 'ask',
    usage: '<question>',
    summary: 'query the tables of many drives, in SQL or by the name of a question',
    package: 'windshield-tools',
    load: async () => (await import('./ask.js')).askCommand(),
  },
  {
    name: 'find',
    usage: '--like <drive.mcap@time>',
    summary: 'find frames in many drives that look like a given one',
    package: 'windshield-tools',
    load: async () => (await import('./find.js')).findCommand(),
  },
  {
    name: 'keys',
    usage: '<token|curve> <file>',
    summary: 'make an access token, or CurveZMQ keys',
    load: async () => (await import('./keys.js')).keysCommand(),
  },
  {
    name: 'doctor',
    usage: '[pipeline.yaml]',
    summary: 'check this machine, and whether it has what a pipeline file needs',
    load: async () => (await import('./doctor.js')).doctorCommand(),
  },
  {
    name: 'cameras',
    usage: '[source]',
    summary: 'list the cameras and their modes, and save a picture from one',
    load: async () => (await import('./cameras.js')).camerasCommand(),
  },
  {
    name: 'bench',
    usage: '[pipeline.yaml] [recording]',
    summary: 'measure a pipeline against the limit of the machine',
    load: async () => (await import('./bench.js')).benchCommand(),
  },
];
