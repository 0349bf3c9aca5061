import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { RecordingReader } from '../src/recording/recording-reader.js';
import { RecordingWriter } from '../src/recording/recording-writer.js';
import { repoDir } from '../tools/bench/process-entry.js';
import { launchBrowser, startLooking } from './harness/look-at-page.js';

// How soon the player shows a recording of many gigabytes, and how much of it is read for that. The file repeats the
// sample drive, in a temporary folder: `node dist/benchmarks/large-recording.js --gigabytes 4`.

const { values } = parseArgs({ options: { gigabytes: { type: 'string', default: '4' } } });
const wantedBytes = Number(values.gigabytes) * 1e9;
const dir = await mkdtemp(join(tmpdir(), 'windshield-large-'));
try {
  const path = join(dir, 'large.mcap');
  const endNs = await writeLarge(path, wantedBytes);
  const { size } = await stat(path);
  console.log(`${(size / 1e9).toFixed(2)} GB, ${(Number(endNs) / 6e10).toFixed(1)} minutes`);
  await look(path);
} finally {
  await rm(dir, { recursive: true, force: true });
}

/** Repeats the sample with continuing times. Resolves with the last stamp. */
async function writeLarge(path: string, bytes: number): Promise<bigint> {
  const sample = await RecordingReader.open(join(repoDir, 'recordings/sample-drive.mcap'));
  const channels = new Map(sample.channels.map(({ id }) => [id, sample.describe(id)!]));
  const messages = [];
  for await (const message of sample.messages()) messages.push(message);
  await sample.close();
  const lapNs = sample.endNs - sample.startNs + 50_000_000n;
  const writer = await RecordingWriter.create(path);
  let atNs = 0n;
  for (let lap = 0n; writer.positionBytes < bytes; lap++)
    for (const { channelId, stampNs, data } of messages) {
      atNs = stampNs - sample.startNs + lap * lapNs;
      await writer.copy(channels.get(channelId)!, atNs, data);
    }
  await writer.close();
  return atNs;
}

async function look(path: string): Promise<void> {
  const looking = await startLooking(['view', path, '--port', '0']);
  const browser = await launchBrowser();
  try {
    const page = await browser.newPage();
    let readBytes = 0;
    page.on('response', (response) => {
      if (response.url().includes('/files/'))
        readBytes += Number(response.headers()['content-length'] ?? 0);
    });
    const startMs = performance.now();
    const tell = (what: string) => {
      const seconds = ((performance.now() - startMs) / 1000).toFixed(2);
      console.log(`${what}: ${seconds} s after the address was opened, ${readBytes} bytes read`);
    };
    await page.goto(looking.url);
    await page.locator('.time').waitFor({ timeout: 120_000 });
    tell('first picture');
    const seekMs = performance.now();
    await page.keyboard.press('End');
    await page.waitForFunction(
      () => {
        const [now, end] = (document.querySelector('.time')?.textContent ?? '').split('/');
        return Number.parseFloat(now!) > Number.parseFloat(end!) - 1;
      },
      undefined,
      { timeout: 120_000 },
    );
    tell(`at its end, ${((performance.now() - seekMs) / 1000).toFixed(2)} s after the key`);
  } finally {
    await browser.close();
    await looking.stop();
  }
}
