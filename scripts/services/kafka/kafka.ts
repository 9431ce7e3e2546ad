/**
 * Kafka: one broker, or three of which each may fail. The programs are Maven artifacts, fetched and
 * not built; a broker has its settings and data in a folder of its own.
 */

import { createHash, randomBytes } from 'node:crypto'
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Command, Place, Recipe, Run, Service } from '../service.ts'
import { type BrokerPorts, brokersOf, PORTS_PER_BROKER, propertiesOf } from './settings.ts'

/** Of what pom.xml names; the hash beside it tells its other states apart. */
const VERSION = '4.3.1'
const source = join('scripts', 'services', 'kafka')
const pom = join(source, 'pom.xml')
const COPY = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies'
/** 16 bytes as Kafka writes them; a leading `-` would be taken for an option. */
const newClusterId = () => `W${randomBytes(16).toString('base64url').slice(1)}`

const recipe: Recipe = {
  get edition() {
    const hash = createHash('sha256').update(readFileSync(pom)).digest('hex')
    return `${VERSION}-${hash.slice(0, 8)}`
  },
  needs: ['java', 'mvn'],
  // One folder for both services: what it holds is the same.
  name: 'kafka',
  commands: folder => [
    {
      command: 'mvn',
      args: ['-B', '-q', '-f', pom, COPY, '-DincludeScope=runtime', `-DoutputDirectory=${folder}`],
    },
  ],
}

const java = (programs: string, args: readonly string[], heap: readonly string[]): Command => ({
  command: 'java',
  args: [...heap, '-XX:+UseSerialGC', '-cp', join(programs, '*'), ...args],
})

function writeSettings(brokers: readonly BrokerPorts[], number: number, data: string): string {
  const folder = join(data, String(number))
  mkdirSync(folder, { recursive: true })
  copyFileSync(join(source, 'log4j2.properties'), join(folder, 'log4j2.properties'))
  const file = join(folder, 'server.properties')
  writeFileSync(file, propertiesOf(brokers, number, join(folder, 'data')))
  return file
}

function formatCommand(programs: string, file: string, cluster: string): Command {
  const args = ['kafka.tools.StorageTool', 'format', '-t', cluster, '-c', file]
  return java(programs, args, ['-Xmx64m', '-XX:TieredStopAtLevel=1'])
}

function brokerCommand(programs: string, file: string): Command {
  const logging = `-Dlog4j2.configurationFile=${join(file, '..', 'log4j2.properties')}`
  return java(programs, ['kafka.Kafka', file], ['-Xms256m', '-Xmx256m', logging])
}

function run({ programs, ports, data }: Place): Run {
  const brokers = brokersOf(ports)
  const cluster = newClusterId()
  const files = brokers.map((_, at) => writeSettings(brokers, at + 1, data))
  return {
    before: files.map(file => formatCommand(programs, file, cluster)),
    processes: files.map(file => brokerCommand(programs, file)),
    urls: brokers.map(({ client }) => `kafka://127.0.0.1:${client}`),
    address: brokers.map(({ client }) => `127.0.0.1:${client}`).join(','),
  }
}

const service = (name: string, variable: string, brokers: number): Service => ({
  name,
  variable,
  recipe,
  ports: brokers * PORTS_PER_BROKER,
  run,
})

export const kafka = service('kafka', 'WEIR_TEST_KAFKA', 1)
export const kafka3 = service('kafka3', 'WEIR_TEST_KAFKA3', 3)
