// SPDX-License-Identifier: MIT
// A FastAGI server with ding-dong, the client of npm: asks for a PIN and says what came.
const Server = require('ding-dong')

const server = new Server((context) => {
  context.onEvent('variables').then(async (variables) => {
    const said = []
    const note = (name, reply) => said.push(`${name}=${reply.code}:${reply.result}${reply.value ? `(${reply.value})` : ''}`)
    note('answer', await context.answer())
    note('key', await context.streamFile('welcome', '#'))
    note('pin', await context.getData('enter-pin', 5000, 4))
    note('set', await context.setVariable('PIN', 'two words'))
    note('get', await context.getVariable('PIN'))
    note('put', await context.databasePut('calls', variables.agi_callerid, '1'))
    note('none', await context.databaseGet('calls', 'nobody'))
    await context.verbose(said.join(' '), 1)
    await context.end()
  })
}).start(Number(process.argv[2] || 0), '127.0.0.1')
server.on('listening', () => console.log(`port ${server.address().port}`))
