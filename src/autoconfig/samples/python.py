# Reads the password from the environment: SMTP_PASSWORD=... python3 send_mail.py
[alternative]# Also offered: {{alternative}}
import os
import smtplib
import ssl
[name]from email.headerregistry import Address
from email.message import EmailMessage

message = EmailMessage()
[no-name]message["From"] = {{from}}
[name]message["From"] = Address({{name}}, addr_spec={{from}})
message["To"] = {{from}}
message["Subject"] = "Test"
message.set_content("It works.\n")

context = ssl.create_default_context()
[tls]with smtplib.SMTP_SSL({{host}}, {{port}}, timeout=30, context=context) as server:
[starttls]with smtplib.SMTP({{host}}, {{port}}, timeout=30) as server:
[starttls]    server.starttls(context=context)
    server.login({{user}}, os.environ["SMTP_PASSWORD"])
    server.send_message(message)
