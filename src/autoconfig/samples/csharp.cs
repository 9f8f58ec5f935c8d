// dotnet add package MailKit
// Reads the password from the environment: SMTP_PASSWORD=... dotnet run
[alternative]// Also offered: {{alternative}}
using System;
using MailKit.Net.Smtp;
using MailKit.Security;
using MimeKit;

public static class SendMail
{
    public static void Main()
    {
        var message = new MimeMessage();
[no-name]        message.From.Add(MailboxAddress.Parse({{from}}));
[name]        message.From.Add(new MailboxAddress({{name}}, {{from}}));
        message.To.Add(MailboxAddress.Parse({{from}}));
        message.Subject = "Test";
        message.Body = new TextPart("plain") { Text = "It works.\n" };

        using (var client = new SmtpClient())
        {
            client.Timeout = 60000;
[tls]            client.Connect({{host}}, {{port}}, SecureSocketOptions.SslOnConnect);
[starttls]            client.Connect({{host}}, {{port}}, SecureSocketOptions.StartTls);
            client.Authenticate({{user}}, Environment.GetEnvironmentVariable("SMTP_PASSWORD"));
            client.Send(message);
            client.Disconnect(true);
        }
    }
}
