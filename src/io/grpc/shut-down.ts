/** The end of a server, which nobody who is connected can put off. */

import type { Server } from '@grpc/grpc-js'

/** What does not end in peace within this time is ended. */
const CLOSING_MS = 1000

/**
 * Listens no more, at once. Whoever is connected and neither speaks nor hangs up, as a port scanner
 * or a stopped process, is not waited for: the library would wait for ever, with force as well.
 */
export function shutDown(server: Server, done: () => void): void {
  let end: (() => void) | undefined = done
  const finish = (): void => {
    clearTimeout(timer)
    end?.()
    end = undefined
  }
  const timer = setTimeout(() => {
    server.forceShutdown()
    finish()
  }, CLOSING_MS)
  server.tryShutdown(finish)
}
