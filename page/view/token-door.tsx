import { useSignal } from '@preact/signals';

/** Sends the token to the server, which sets a cookie for it. True if it was the right one. */
export async function enterWith(token: string): Promise<boolean> {
  const headers = { authorization: `Bearer ${token}` };
  return (await fetch('/enter', { method: 'POST', headers })).ok;
}

/** Asks for the token of a rig that is viewed from another machine. */
export function TokenDoor({ onEntered }: { onEntered(): void }) {
  const problem = useSignal('');
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const token = String(new FormData(event.currentTarget as HTMLFormElement).get('token')).trim();
    if (await enterWith(token)) onEntered();
    else problem.value = 'This is not the token of the rig.';
  };
  return (
    <>
      <header>
        <h1>windshield</h1>
      </header>
      <main>
        <form class="door" onSubmit={submit}>
          <label>
            Token of the rig
            <input name="token" type="password" autocomplete="off" required />
          </label>
          <button type="submit">Enter</button>
          <p class="hint">
            It stands in the file that the pipeline file names as <code>listen.tokenFile</code>.
          </p>
          {problem.value !== '' && (
            <p class="error" role="alert">
              {problem.value}
            </p>
          )}
        </form>
      </main>
    </>
  );
}
