// Reads the password from the environment: SMTP_PASSWORD=... go run send_mail.go
[alternative]// Also offered: {{alternative}}
package main

import (
	"crypto/tls"
	"fmt"
	"log"
	"net"
[name]	"net/mail"
	"net/smtp"
	"os"
	"time"
)

const (
	host = {{host}}
	port = "{{port}}"
	user = {{user}}
	from = {{from}}
)

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func main() {
[name]	sender, err := mail.ParseAddress(from)
[name]	check(err)
[name]	sender.Name = {{name}}
	connection, err := net.DialTimeout("tcp", net.JoinHostPort(host, port), 30*time.Second)
	check(err)
	check(connection.SetDeadline(time.Now().Add(time.Minute)))
	config := &tls.Config{ServerName: host}
[tls]	client, err := smtp.NewClient(tls.Client(connection, config), host)
[starttls]	client, err := smtp.NewClient(connection, host)
	check(err)
	defer client.Close()
[starttls]	check(client.StartTLS(config))
	check(client.Auth(smtp.PlainAuth("", user, os.Getenv("SMTP_PASSWORD"), host)))
	check(client.Mail(from))
	check(client.Rcpt(from))
	text, err := client.Data()
	check(err)
[no-name]	fmt.Fprintf(text, "From: <%s>\r\nTo: <%s>\r\nSubject: Test\r\n\r\nIt works.\r\n", from, from)
[name]	fmt.Fprintf(text, "From: %s\r\nTo: <%s>\r\nSubject: Test\r\n\r\nIt works.\r\n", sender, from)
	check(text.Close())
	check(client.Quit())
}
