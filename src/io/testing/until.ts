/** Test support: waiting for what happens, and not for a time. */

/** Turns of the loop pass until this holds; what hangs is ended by the test's own limit. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise(turn => setImmediate(turn))
}
