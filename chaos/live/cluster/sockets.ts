/** Counts TCP connections in the table that Linux keeps of them. */

/** The state `01`: both sides are there. */
const ESTABLISHED = '01'
const LOCAL = 1
const STATE = 3

/** Of /proc/net/tcp: those whose own end is one of these ports. */
export function establishedAt(table: string, ports: ReadonlySet<number>): number {
  return table
    .split('\n')
    .slice(1)
    .map(line => line.trim().split(/\s+/))
    .filter(fields => fields[STATE] === ESTABLISHED && ports.has(portOf(fields[LOCAL]))).length
}

const portOf = (address = '') => Number.parseInt(address.slice(address.lastIndexOf(':') + 1), 16)
