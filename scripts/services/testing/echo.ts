/** A service for tests: a web server of a few lines, "built" by writing it into its folder. */

import type { Service } from '../service.ts'

const script = `
require('node:http').createServer((_, answer) => answer.end('here')).listen(+process.argv[2])
if (process.argv[3] === 'stubborn') process.on('SIGTERM', () => {})
`

export interface EchoOptions {
  readonly name?: string
  /** Does not end when it is asked to. */
  readonly isStubborn?: boolean
  readonly processes?: number
  readonly needs?: readonly string[]
  readonly commands?: Service['recipe']['commands']
  /** Instead of the server. */
  readonly program?: string
}

const writes = (folder: string) => [
  {
    command: process.execPath,
    args: ['-e', `fs.writeFileSync(${JSON.stringify(`${folder}/echo.cjs`)}, process.env.SCRIPT)`],
    env: { SCRIPT: script },
  },
]

export function echo(options: EchoOptions = {}): Service {
  const { name = 'echo', processes = 1, needs = [], commands = writes } = options
  return {
    name,
    variable: 'WEIR_TEST_ECHO',
    recipe: { edition: '1', needs, commands },
    ports: processes,
    run({ programs, ports }) {
      const program = options.program ?? `${programs}/echo.cjs`
      const mood = options.isStubborn === true ? 'stubborn' : 'mild'
      const urls = ports.map(port => `http://127.0.0.1:${port}/`)
      return {
        processes: ports.map(port => ({
          command: process.execPath,
          args: [program, String(port), mood],
        })),
        urls,
        address: urls.join(','),
      }
    },
  }
}
