import { PassThrough, Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { Terminal } from '../../cli/terminal.js';

function recorder(isTTY: boolean, columns = 80) {
  const stream = Object.assign(new PassThrough(), { isTTY, columns });
  return { stream, text: () => String(stream.read() ?? '') };
}

test('the live line is drawn over the one before, cut to the window, and cleared by what stays', () => {
  const progress = recorder(true, 12);
  const terminal = new Terminal(new PassThrough(), progress.stream);
  expect(terminal.isInteractive).toBe(true);
  terminal.showLive('frame 1 of a very long line');
  terminal.showLive('frame 2');
  terminal.note('lane died');
  expect(progress.text()).toBe('\r\u001b[2Kframe 1 of \r\u001b[2Kframe 2\r\u001b[2Klane died\n');
});

test('answers go to standard output, progress to standard error', () => {
  const output = recorder(false);
  const progress = recorder(false);
  const terminal = new Terminal(output.stream, progress.stream);
  terminal.print('the table');
  terminal.note('a line');
  expect(output.text()).toBe('the table\n');
  expect(progress.text()).toBe('a line\n');
  expect(terminal.isInteractive).toBe(false);
});

test('a reader that went away is told once, and nothing is thrown', async () => {
  const broken = new Writable({
    write: (_chunk, _encoding, done) => done(Object.assign(new Error('EPIPE'), { code: 'EPIPE' })),
  });
  let times = 0;
  const terminal = new Terminal(broken, new PassThrough(), () => times++);
  terminal.print('one');
  await new Promise((resolve) => setImmediate(resolve));
  terminal.print('two');
  await new Promise((resolve) => setImmediate(resolve));
  expect(times).toBe(1);
});
