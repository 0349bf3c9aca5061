import { useSignal } from '@preact/signals';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import type { PageSession } from '../../src/outputs/page/page-session.js';
import { CalibrationFeed } from '../calibration/calibration-feed.js';
import type { Layer } from '../drawing/draw-frame.js';
import { ExplainState } from '../explain/explain-state.js';
import { LiveFeed } from '../live/live-feed.js';
import { Player } from '../player/player.js';
import { RerunState } from '../rerun/rerun-state.js';
import { RoadFeed } from '../road/road-feed.js';
import { CalibrationView } from './calibration-view.js';
import { keyHelp, pressKey } from './keys.js';
import { LiveView } from './live-view.js';
import { PlayerView } from './player-view.js';
import { RoadView } from './road-view.js';

type Tab = 'live' | 'road' | 'calibration' | 'player';
const tabNames: Readonly<Record<Tab, string>> = {
  live: 'Live',
  road: 'Road',
  calibration: 'Calibration',
  player: 'Player',
};

/** The name after the chosen one, cyclically; undefined if there are fewer than two. */
const nextOf = (names: readonly string[], chosen: string | undefined): string | undefined =>
  names.length < 2 ? undefined : names[(names.indexOf(chosen ?? '') + 1) % names.length];

/** The whole page. */
export function App({ session }: { session: PageSession }) {
  const player = useMemo(() => new Player(), []);
  const rerun = useMemo(() => new RerunState(player, session.bundles), []);
  const explain = useMemo(() => new ExplainState(player, session.bundles, session.isExplain), []);
  const shown = useSignal<ReadonlySet<Layer>>(
    new Set(['boxes', 'freeSpace', 'path', ...(session.isRoad ? (['truth'] as const) : [])]),
  );
  const tabs: readonly Tab[] = [
    ...(session.isLive ? (['live'] as const) : []),
    ...(session.isRoad ? (['road'] as const) : []),
    ...(session.isCalibration ? (['calibration'] as const) : []),
    'player',
  ];
  const tab = useSignal<Tab>(tabs[0]!);
  const road = useMemo(() => (session.isRoad ? new RoadFeed(session.bundles) : undefined), []);
  const calibration = useMemo(
    () => (session.isCalibration ? new CalibrationFeed() : undefined),
    [],
  );
  const feed = useMemo(
    () => (session.isLive ? new LiveFeed(session.cameras, () => void openServed()) : undefined),
    [],
  );
  const chooser = useRef<HTMLInputElement>(null);
  const help = useRef<HTMLDialogElement>(null);
  const toggle = (layer: Layer) => {
    const next = new Set(shown.value);
    if (!next.delete(layer)) next.add(layer);
    shown.value = next;
  };
  const nextCamera = () => {
    const { cameras = [], cameraName } = player.info.value ?? {};
    if (tab.value === 'live' && feed !== undefined) {
      const next = nextOf(session.cameras, feed.camera.value);
      if (next !== undefined) feed.watch(next);
    } else if (tab.value === 'player') {
      const next = nextOf(cameras, cameraName);
      if (next !== undefined) void player.chooseCamera(next);
    }
  };
  /** Opens the server's recordings; asks for them again, because a run that ends adds to them. */
  const openServed = async () => {
    const now: PageSession = await fetch('/session.json').then((response) => response.json());
    const served = now.files.map((file, i) => ({ ...file, url: `/files/${i}` }));
    if (served.length === 0) return;
    await player.open(served);
    tab.value = 'player';
  };
  const openFiles = async (files: readonly File[]) => {
    if (files.length === 0) return;
    tab.value = 'player';
    await player.open(files.map((blob) => ({ name: blob.name, blob })));
  };

  useEffect(() => {
    void openServed();
    const onKey = (event: KeyboardEvent) => {
      const targets = {
        ...(tab.value === 'player' && { player, rerun }),
        toggle,
        open: () => chooser.current?.click(),
        help: () => help.current?.showModal(),
        nextCamera,
      };
      if (!help.current?.open && pressKey(event, targets)) event.preventDefault();
    };
    const onOver = (event: DragEvent) => event.preventDefault();
    const onDrop = (event: DragEvent) => {
      event.preventDefault();
      void openFiles([...(event.dataTransfer?.files ?? [])]);
    };
    addEventListener('keydown', onKey);
    addEventListener('dragover', onOver);
    addEventListener('drop', onDrop);
    return () => {
      removeEventListener('keydown', onKey);
      removeEventListener('dragover', onOver);
      removeEventListener('drop', onDrop);
    };
  }, []);

  return (
    <>
      <header>
        <h1>windshield</h1>
        {tabs.length > 1 && (
          <nav aria-label="Views">
            {tabs.map((name) => (
              <button
                key={name}
                type="button"
                aria-current={tab.value === name ? 'page' : undefined}
                onClick={() => {
                  tab.value = name;
                }}
              >
                {tabNames[name]}
              </button>
            ))}
          </nav>
        )}
        <span class="spacer" />
        <button type="button" onClick={() => chooser.current?.click()}>
          Open <kbd>O</kbd>
        </button>
        <button type="button" onClick={() => help.current?.showModal()} aria-label="Keys">
          ?
        </button>
        <input
          ref={chooser}
          type="file"
          class="hidden"
          aria-label="Recordings to open"
          tabIndex={-1}
          accept=".mcap"
          multiple
          onChange={(event) => {
            const input = event.currentTarget;
            void openFiles([...(input.files ?? [])]).then(() => {
              input.value = '';
            });
          }}
        />
      </header>
      <main>
        {player.error.value !== '' && (
          <p class="error" role="alert">
            {player.error.value}
          </p>
        )}
        {tab.value === 'live' && feed !== undefined ? (
          <LiveView feed={feed} cameras={session.cameras} shown={shown.value} toggle={toggle} />
        ) : tab.value === 'road' && road !== undefined ? (
          <RoadView feed={road} shown={shown.value} toggle={toggle} />
        ) : tab.value === 'calibration' && calibration !== undefined ? (
          <CalibrationView feed={calibration} />
        ) : (
          <PlayerView
            player={player}
            rerun={rerun}
            explain={explain}
            shown={shown.value}
            toggle={toggle}
          />
        )}
      </main>
      <dialog ref={help} aria-label="Keys">
        <h2>Keys</h2>
        <dl class="facts">
          {keyHelp.map(([key, what]) => (
            <>
              <dt>
                <kbd>{key}</kbd>
              </dt>
              <dd>{what}</dd>
            </>
          ))}
        </dl>
        <form method="dialog">
          <button type="submit">Close</button>
        </form>
      </dialog>
    </>
  );
}
