import { spawn } from 'node:child_process';

/** Messages to a service manager; https://www.freedesktop.org/software/systemd/man/sd_notify.html */
export interface ServiceManager {
  /** Results flow. */
  ready(): void;
  /** One line for `systemctl status`. */
  status(text: string): void;
  stopping(): void;
  /** No more signs of life. */
  close(): void;
}

/**
 * Notifies systemd if it has started this process with Type=notify, and nobody otherwise. Node has no local datagram
 * sockets, so systemd's own `systemd-notify` sends each message; the unit needs NotifyAccess=all. With WatchdogSec a sign
 * of life is sent twice in each interval.
 */
export function openServiceManager(
  environment: NodeJS.ProcessEnv = process.env,
  program = 'systemd-notify',
): ServiceManager {
  const { NOTIFY_SOCKET: socket, WATCHDOG_USEC: watchdogUs } = environment;
  const tell = (...words: string[]): void => {
    if (socket === undefined) return;
    // Without the program nothing is sent, and systemd reports that itself.
    spawn(program, words, { stdio: 'ignore' }).on('error', () => {});
  };
  const intervalMs = Number(watchdogUs ?? 0) / 1000 / 2;
  const timer = intervalMs > 0 ? setInterval(() => tell('WATCHDOG=1'), intervalMs) : undefined;
  timer?.unref();
  return {
    ready: () => tell('--ready', '--status=results flow'),
    status: (text) => tell(`--status=${text}`),
    stopping: () => tell('STOPPING=1'),
    close: () => clearInterval(timer),
  };
}
