// SPDX-License-Identifier: Apache-2.0
// The outlines of what the sample in C# uses of MailKit and MimeKit, for tools/check-samples.
using System;
using System.Collections.Generic;

namespace MimeKit
{
    public class MailboxAddress
    {
        private MailboxAddress() { }
        public MailboxAddress(string name, string address) { }
        public static MailboxAddress Parse(string text) { return new MailboxAddress(); }
    }

    public class InternetAddressList : List<MailboxAddress> { }

    public class TextPart
    {
        public TextPart(string subtype) { }
        public string Text { get; set; }
    }

    public class MimeMessage
    {
        public InternetAddressList From { get; } = new InternetAddressList();
        public InternetAddressList To { get; } = new InternetAddressList();
        public string Subject { get; set; }
        public TextPart Body { get; set; }
    }
}

namespace MailKit.Security
{
    public enum SecureSocketOptions { None, Auto, SslOnConnect, StartTls, StartTlsWhenAvailable }
}

namespace MailKit.Net.Smtp
{
    public class SmtpClient : IDisposable
    {
        public int Timeout { get; set; }
        public void Connect(string host, int port, MailKit.Security.SecureSocketOptions options) { }
        public void Authenticate(string userName, string password) { }
        public string Send(MimeKit.MimeMessage message) { return ""; }
        public void Disconnect(bool quit) { }
        public void Dispose() { }
    }
}
