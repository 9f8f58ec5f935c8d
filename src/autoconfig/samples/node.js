// npm install nodemailer
// Reads the password from the environment: SMTP_PASSWORD=... node send_mail.js
const nodemailer = require("nodemailer");

const transport = nodemailer.createTransport({
  host: {{host}},
  port: {{port}},
[tls]  secure: true, // TLS from the first octet
[starttls]  secure: false, // STARTTLS,
[starttls]  requireTLS: true, // and nothing without it
  auth: { user: {{user}}, pass: process.env.SMTP_PASSWORD },
});

const message = {
  from: {{from}},
  to: {{from}},
  subject: "Test",
  text: "It works.\n",
};

transport.sendMail(message).then(
  (info) => console.log(info.response),
  (error) => {
    console.error(error.message);
    process.exitCode = 1;
  },
);
