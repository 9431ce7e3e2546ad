/**
 * etcd: three members on loopback, each with its own data and real fsync. Server and load generator
 * are built together from the module in bench/peers/etcd, which pins their version: there the
 * server is a main function of two lines, because its own module cannot be installed by name.
 */

import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Command, Place, Run, Service } from './service.ts'

const MEMBERS = 3
const source = join('bench', 'peers', 'etcd')
const files = ['go.mod', 'go.sum', 'server/main.go', 'load/main.go']

export interface Member {
  readonly name: string
  readonly client: string
  readonly peer: string
}

export function membersOf(ports: readonly number[]): readonly Member[] {
  return Array.from({ length: MEMBERS }, (_, i) => ({
    name: `m${i + 1}`,
    client: `http://127.0.0.1:${ports[2 * i]}`,
    peer: `http://127.0.0.1:${ports[2 * i + 1]}`,
  }))
}

/** Everything at its default but names, addresses and places: that is how people run it. */
export function memberCommand(
  program: string,
  members: readonly Member[],
  at: number,
  data: string,
) {
  const { name, client, peer } = members[at] as Member
  const cluster = members.map(member => `${member.name}=${member.peer}`).join(',')
  const flags = {
    name,
    'data-dir': join(data, name),
    'listen-client-urls': client,
    'advertise-client-urls': client,
    'listen-peer-urls': peer,
    'initial-advertise-peer-urls': peer,
    'initial-cluster': cluster,
    'initial-cluster-state': 'new',
    'log-level': 'warn',
  }
  const args = Object.entries(flags).map(([flag, value]) => `--${flag}=${value}`)
  return { command: program, args } satisfies Command
}

function edition(): string {
  const hash = createHash('sha256')
  for (const file of files) hash.update(file).update(readFileSync(join(source, file)))
  return hash.digest('hex').slice(0, 12)
}

export const etcd: Service = {
  name: 'etcd',
  variable: 'WEIR_TEST_ETCD',
  recipe: {
    get edition() {
      return edition()
    },
    needs: ['go'],
    commands: folder => [
      { command: 'go', args: ['build', '-C', source, '-o', join(folder, 'etcd'), './server'] },
      { command: 'go', args: ['build', '-C', source, '-o', join(folder, 'etcd-load'), './load'] },
    ],
  },
  ports: 2 * MEMBERS,
  run({ programs, ports, data }: Place): Run {
    const members = membersOf(ports)
    return {
      processes: members.map((_, at) => memberCommand(join(programs, 'etcd'), members, at, data)),
      urls: members.map(({ client }) => `${client}/health`),
      address: members.map(({ client }) => client).join(','),
    }
  },
}
