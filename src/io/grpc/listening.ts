/** Why a port could not be listened on: a code, and a sentence that says what to do. */

export interface Refused {
  readonly code: string
  readonly message: string
}

interface Trouble {
  readonly sign: RegExp
  readonly code: string
  readonly advice: string
}

const troubles: readonly Trouble[] = [
  {
    sign: /EADDRINUSE/,
    code: 'port-in-use',
    advice: 'another process listens there; stop it, or give this node another port',
  },
  {
    sign: /EACCES|EPERM/,
    code: 'port-not-allowed',
    advice: 'this user may not listen there; ports below 1024 need more rights',
  },
  {
    sign: /EADDRNOTAVAIL|ENOTFOUND|EAI_|Could not parse|resolution/i,
    code: 'address-unknown',
    advice: 'this machine has no such address; listen on HOST:PORT of one that it has',
  },
]

/** A name or an address (version 6 in brackets, its zone with it), and a port: none is default. */
const PLACE = /^(\[[\da-f:.]+(?:%[\w.-]+)?\]|[^\s:[\]]+):(\d{1,5})$/i
const PORT_MAX = 65_535

/** What cannot be an address at all is refused before anybody tries. */
export function misread(listen: string): Refused | undefined {
  const port = PLACE.exec(listen)?.[2]
  if (port !== undefined && Number(port) <= PORT_MAX) return undefined
  const message = `"${listen}" is no place to listen; say HOST:PORT, as in 127.0.0.1:7170`
  return { code: 'address-malformed', message }
}

const anyTrouble = { code: 'cannot-listen', advice: 'see what the system says' }

export function refusedBy(listen: string, error: Error): Refused {
  const { code, advice } = troubles.find(one => one.sign.test(error.message)) ?? anyTrouble
  return { code, message: `${listen} cannot be listened on: ${advice} (${error.message})` }
}
