// SPDX-License-Identifier: Apache-2.0
// Sends the letter that stands as JSON on standard input with nodemailer.
'use strict';

const fs = require('fs');
const nodemailer = require('nodemailer');
const task = JSON.parse(fs.readFileSync(0));
const person = ([name, address]) => ({ name, address });

const transport = nodemailer.createTransport({
  host: '127.0.0.1', // "localhost" may be ::1 first, and the server listens on IPv4
  port: task.port,
  secure: task.tls === 'implicit',
  requireTLS: true,
  auth: { user: task.user, pass: task.password },
  tls: { ca: fs.readFileSync(task.authority), servername: task.host },
});

transport
  .sendMail({
    from: person(task.sender),
    to: task.to.map(person),
    cc: task.cc.map(person),
    bcc: task.bcc,
    subject: task.subject,
    text: task.text,
    attachments: task.attachment ? [{ path: task.attachment }] : [],
  })
  .then((info) => console.log(info.response))
  .catch((error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
