/** HOST:PORT, with the host in brackets where it holds colons. */

export interface Address {
  readonly host: string
  readonly port: number
}

/** undefined: it is none. */
export function parseAddress(text: string): Address | undefined {
  const match = /^(?:\[([0-9A-Fa-f:.]+)\]|([^\s:[\]/]+)):(\d{1,5})$/.exec(text)
  if (match === null) return undefined
  const host = match[1] ?? match[2] ?? ''
  const port = Number(match[3])
  return port > 65_535 ? undefined : { host, port }
}

export function showAddress({ host, port }: Address): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}

/** Nobody beyond this machine reaches it. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host)
}

/** All addresses of the machine, none that others could dial. */
export function isWildcard(host: string): boolean {
  return host === '0.0.0.0' || host === '::'
}

/** As DNS and IPv6 write one. */
const HOST = /^[A-Za-z0-9._:-]{1,253}$/
/** A host, brackets, a colon, a port. */
const ADDRESS_CHARS_MAX = 261

/** Other machines can be told to dial it. */
export function isDialable(text: string): boolean {
  if (text.length > ADDRESS_CHARS_MAX) return false
  const address = parseAddress(text)
  if (address === undefined || address.port === 0) return false
  return HOST.test(address.host) && !isWildcard(address.host)
}
