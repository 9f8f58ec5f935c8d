# Reads the password from the environment: SMTP_PASSWORD=... python3 send_mail.py
import os
import smtplib
import ssl
from email.message import EmailMessage

message = EmailMessage()
message["From"] = {{from}}
message["To"] = {{from}}
message["Subject"] = "Test"
message.set_content("It works.\n")

context = ssl.create_default_context()
[tls]with smtplib.SMTP_SSL({{host}}, {{port}}, timeout=30, context=context) as server:
[starttls]with smtplib.SMTP({{host}}, {{port}}, timeout=30) as server:
[starttls]    server.starttls(context=context)
    server.login({{user}}, os.environ["SMTP_PASSWORD"])
    server.send_message(message)
