"""The record of every change of an AWS account: the component, its arguments, and its alarms."""
